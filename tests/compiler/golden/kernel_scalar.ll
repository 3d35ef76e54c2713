; kernel of 0 axes
;   p0: int32 -
;   p1: int32 -
;   p2: int32 -
;   once  %0 = load p0 : int32
;   once  %1 = load p1 : int32
;   once  %2 = floor_divide(%0, %1) : int32
;   once  store %2 in p2
;   once  %4 = 0 : int32
;   once  %5 = greater(%0, %4) : bool
;   once  require %5

define internal void @k_e99b0263e8c67093(ptr noalias readonly %p0, ptr noalias readonly %p1, ptr noalias %p2, ptr noalias %scratch, ptr noalias %status) noinline nounwind {
entry:
  %t0 = alloca i1
  store i1 true, ptr %t0
  %v1 = load i32, ptr %p0
  %v2 = load i32, ptr %p1
  %v3 = icmp eq i32 %v2, 0
  %v4 = icmp eq i32 %v1, -2147483648
  %v5 = icmp eq i32 %v2, -1
  %v6 = and i1 %v4, %v5
  %v7 = or i1 %v3, %v6
  %v8 = select i1 %v7, i32 1, i32 %v2
  %v9 = sdiv i32 %v1, %v8
  %v10 = srem i32 %v1, %v8
  %v11 = sub i32 %v9, 1
  %v12 = xor i32 %v10, %v8
  %v13 = icmp slt i32 %v12, 0
  %v14 = icmp ne i32 %v10, 0
  %v15 = and i1 %v14, %v13
  %v16 = select i1 %v15, i32 %v11, i32 %v9
  %v17 = select i1 %v3, i32 0, i32 %v16
  store i32 %v17, ptr %p2
  %v18 = icmp sgt i32 %v1, 0
  %v19 = load i1, ptr %t0
  %v20 = and i1 %v19, %v18
  store i1 %v20, ptr %t0
  %v21 = load i1, ptr %t0
  %v22 = xor i1 %v21, true
  %v23 = zext i1 %v22 to i64
  %v24 = load i64, ptr %status
  %v25 = or i64 %v24, %v23
  store i64 %v25, ptr %status
  ret void
}
