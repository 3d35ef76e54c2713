; kernel of 2 axes
;   p0: float32 s1
;   p1: float32 10
;   each  %0 = load p0 : float32
;   row   %1 = add of %0 along the row : float32
;   row   store %1 in p1

define internal void @k_c480c5275a6763b8(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0, i64 %n1, i64 %s0_0) noinline nounwind {
entry:
  %t9 = alloca float
  %t10 = alloca double
  br label %head2
head2:
  %i0 = phi i64 [ 0, %entry ], [ %i1, %done15 ]
  %v5 = icmp slt i64 %i0, %n0
  br i1 %v5, label %body3, label %done4
body3:
  %v6 = mul i64 %i0, %s0_0
  %v7 = getelementptr inbounds float, ptr %p0, i64 %v6
  %v8 = getelementptr inbounds float, ptr %p1, i64 %i0
  store double 0x0000000000000000, ptr %t10
  br label %head13
head13:
  %i11 = phi i64 [ 0, %body3 ], [ %i12, %done36 ]
  %v16 = icmp slt i64 %i11, %n1
  br i1 %v16, label %body14, label %done15
body14:
  %v17 = add nsw i64 %i11, 1024
  %v18 = call i64 @llvm.smin.i64(i64 %v17, i64 %n1)
  store float 0x0000000000000000, ptr %t9
  %v19 = sub nsw i64 %v18, %i11
  %v20 = and i64 %v19, -32
  %v21 = add nsw i64 %i11, %v20
  br label %head24
head24:
  %i22 = phi i64 [ %i11, %body14 ], [ %i23, %body25 ]
  %v27 = icmp slt i64 %i22, %v21
  br i1 %v27, label %body25, label %done26
body25:
  %v28 = getelementptr inbounds float, ptr %v7, i64 %i22
  %v29 = load float, ptr %v28, !llvm.access.group !1
  %v30 = load float, ptr %t9
  %v31 = fadd reassoc contract float %v30, %v29
  store float %v31, ptr %t9
  %i23 = add nsw i64 %i22, 1
  br label %head24, !llvm.loop !8
done26:
  br label %head34
head34:
  %i32 = phi i64 [ %v21, %done26 ], [ %i33, %body35 ]
  %v37 = icmp slt i64 %i32, %v18
  br i1 %v37, label %body35, label %done36
body35:
  %v38 = getelementptr inbounds float, ptr %v7, i64 %i32
  %v39 = load float, ptr %v38, !llvm.access.group !1
  %v40 = load float, ptr %t9
  %v41 = fadd reassoc contract float %v40, %v39
  store float %v41, ptr %t9
  %i33 = add nsw i64 %i32, 1
  br label %head34, !llvm.loop !9
done36:
  %v42 = load float, ptr %t9
  %v43 = fpext float %v42 to double
  %v44 = load double, ptr %t10
  %v45 = fadd double %v44, %v43
  store double %v45, ptr %t10
  %i12 = add nsw i64 %i11, 1024
  br label %head13
done15:
  %v46 = load double, ptr %t10
  %v47 = fptrunc double %v46 to float
  store float %v47, ptr %v8
  %i1 = add nsw i64 %i0, 1
  br label %head2
done4:
  ret void
}
