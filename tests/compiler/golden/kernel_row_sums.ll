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
  %i11 = phi i64 [ 0, %body3 ], [ %i12, %done23 ]
  %v16 = icmp slt i64 %i11, %n1
  br i1 %v16, label %body14, label %done15
body14:
  %v17 = add nsw i64 %i11, 1024
  %v18 = call i64 @llvm.smin.i64(i64 %v17, i64 %n1)
  store float 0x0000000000000000, ptr %t9
  br label %head21
head21:
  %i19 = phi i64 [ %i11, %body14 ], [ %i20, %body22 ]
  %v24 = icmp slt i64 %i19, %v18
  br i1 %v24, label %body22, label %done23
body22:
  %v25 = getelementptr inbounds float, ptr %v7, i64 %i19
  %v26 = load float, ptr %v25, !llvm.access.group !1
  %v27 = load float, ptr %t9
  %v28 = fadd reassoc contract float %v27, %v26
  store float %v28, ptr %t9
  %i20 = add nsw i64 %i19, 1
  br label %head21, !llvm.loop !0
done23:
  %v29 = load float, ptr %t9
  %v30 = fpext float %v29 to double
  %v31 = load double, ptr %t10
  %v32 = fadd double %v31, %v30
  store double %v32, ptr %t10
  %i12 = add nsw i64 %i11, 1024
  br label %head13
done15:
  %v33 = load double, ptr %t10
  %v34 = fptrunc double %v33 to float
  store float %v34, ptr %v8
  %i1 = add nsw i64 %i0, 1
  br label %head2
done4:
  ret void
}
