; kernel of 2 axes
;   p0: float32 s1
;   p1: float32 s0
;   each  %0 = load p0 : float32
;   row   %1 = add of %0 along the row : float32
;   row   store %1 in p1

define internal void @k_1a4b84ba833aaf4a(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0, i64 %n1, i64 %s0_0, i64 %s1_0) nounwind {
entry:
  %t10 = alloca float
  %t11 = alloca double
  br label %head2
head2:
  %i0 = phi i64 [ 0, %entry ], [ %i1, %done16 ]
  %v5 = icmp slt i64 %i0, %n0
  br i1 %v5, label %body3, label %done4
body3:
  %v6 = mul i64 %i0, %s0_0
  %v7 = getelementptr inbounds float, ptr %p0, i64 %v6
  %v8 = mul i64 %i0, %s1_0
  %v9 = getelementptr inbounds float, ptr %p1, i64 %v8
  store double 0x0000000000000000, ptr %t11
  br label %head14
head14:
  %i12 = phi i64 [ 0, %body3 ], [ %i13, %done24 ]
  %v17 = icmp slt i64 %i12, %n1
  br i1 %v17, label %body15, label %done16
body15:
  %v18 = add nsw i64 %i12, 1024
  %v19 = call i64 @llvm.smin.i64(i64 %v18, i64 %n1)
  store float 0x0000000000000000, ptr %t10
  br label %head22
head22:
  %i20 = phi i64 [ %i12, %body15 ], [ %i21, %body23 ]
  %v25 = icmp slt i64 %i20, %v19
  br i1 %v25, label %body23, label %done24
body23:
  %v26 = getelementptr inbounds float, ptr %v7, i64 %i20
  %v27 = load float, ptr %v26, !llvm.access.group !1
  %v28 = load float, ptr %t10
  %v29 = fadd reassoc contract float %v28, %v27
  store float %v29, ptr %t10
  %i21 = add nsw i64 %i20, 1
  br label %head22, !llvm.loop !0
done24:
  %v30 = load float, ptr %t10
  %v31 = fpext float %v30 to double
  %v32 = load double, ptr %t11
  %v33 = fadd double %v32, %v31
  store double %v33, ptr %t11
  %i13 = add nsw i64 %i12, 1024
  br label %head14
done16:
  %v34 = load double, ptr %t11
  %v35 = fptrunc double %v34 to float
  store float %v35, ptr %v9
  %i1 = add nsw i64 %i0, 1
  br label %head2
done4:
  ret void
}
