; kernel of 2 axes, 2 columns
;   p0: float32 d1
;   p1: float32 01
;   each  %0 = load p0 : float32
;   each  accumulate %0 in p1 by add

define internal void @k_376210130a35ab10(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0, i64 %n1) noinline nounwind {
entry:
  %t0 = alloca float
  %t1 = alloca float
  store float 0x0000000000000000, ptr %t0
  store float 0x0000000000000000, ptr %t1
  br label %head4
head4:
  %i2 = phi i64 [ 0, %entry ], [ %i3, %body5 ]
  %v7 = icmp slt i64 %i2, %n0
  br i1 %v7, label %body5, label %done6
body5:
  %v8 = mul i64 %i2, 2
  %v9 = getelementptr inbounds float, ptr %p0, i64 %v8
  %v10 = getelementptr inbounds float, ptr %v9, i64 0
  %v11 = load float, ptr %v10, !llvm.access.group !1
  %v12 = getelementptr inbounds float, ptr %v9, i64 1
  %v13 = load float, ptr %v12, !llvm.access.group !1
  %v14 = load float, ptr %t0
  %v15 = fadd reassoc contract float %v14, %v11
  store float %v15, ptr %t0
  %v16 = load float, ptr %t1
  %v17 = fadd reassoc contract float %v16, %v13
  store float %v17, ptr %t1
  %i3 = add nsw i64 %i2, 1
  br label %head4, !llvm.loop !3
done6:
  %v18 = getelementptr inbounds float, ptr %p1, i64 0
  %v19 = load float, ptr %t0
  store float %v19, ptr %v18
  %v20 = getelementptr inbounds float, ptr %p1, i64 1
  %v21 = load float, ptr %t1
  store float %v21, ptr %v20
  ret void
}
