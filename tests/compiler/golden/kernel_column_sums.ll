; kernel of 2 axes, 2 columns
;   p0: float32 s1
;   p1: float32 01
;   each  %0 = load p0 : float32
;   each  accumulate %0 in p1 by add

define internal void @k_174433ced4671748(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0, i64 %n1, i64 %s0_0) nounwind {
entry:
  %t3 = alloca float
  %t4 = alloca float
  %v0 = icmp eq i64 %s0_0, 2
  br i1 %v0, label %body1, label %done2
body1:
  store float 0x0000000000000000, ptr %t3
  store float 0x0000000000000000, ptr %t4
  br label %head7
head7:
  %i5 = phi i64 [ 0, %body1 ], [ %i6, %body8 ]
  %v10 = icmp slt i64 %i5, %n0
  br i1 %v10, label %body8, label %done9
body8:
  %v11 = mul i64 %i5, 2
  %v12 = getelementptr inbounds float, ptr %p0, i64 %v11
  %v13 = getelementptr inbounds float, ptr %v12, i64 0
  %v14 = load float, ptr %v13, !llvm.access.group !1
  %v15 = getelementptr inbounds float, ptr %v12, i64 1
  %v16 = load float, ptr %v15, !llvm.access.group !1
  %v17 = load float, ptr %t3
  %v18 = fadd reassoc contract float %v17, %v14
  store float %v18, ptr %t3
  %v19 = load float, ptr %t4
  %v20 = fadd reassoc contract float %v19, %v16
  store float %v20, ptr %t4
  %i6 = add nsw i64 %i5, 1
  br label %head7, !llvm.loop !0
done9:
  %v21 = getelementptr inbounds float, ptr %p1, i64 0
  %v22 = load float, ptr %t3
  store float %v22, ptr %v21
  %v23 = getelementptr inbounds float, ptr %p1, i64 1
  %v24 = load float, ptr %t4
  store float %v24, ptr %v23
  br label %done2
done2:
  %v25 = xor i1 %v0, true
  br i1 %v25, label %body26, label %done27
body26:
  br label %head30
head30:
  %i28 = phi i64 [ 0, %body26 ], [ %i29, %body31 ]
  %v33 = icmp slt i64 %i28, %n1
  br i1 %v33, label %body31, label %done32
body31:
  %v34 = getelementptr inbounds float, ptr %p1, i64 %i28
  store float 0x0000000000000000, ptr %v34
  %i29 = add nsw i64 %i28, 1
  br label %head30, !llvm.loop !3
done32:
  br label %head37
head37:
  %i35 = phi i64 [ 0, %done32 ], [ %i36, %done47 ]
  %v40 = icmp slt i64 %i35, %n0
  br i1 %v40, label %body38, label %done39
body38:
  %v41 = mul i64 %i35, %s0_0
  %v42 = getelementptr inbounds float, ptr %p0, i64 %v41
  br label %head45
head45:
  %i43 = phi i64 [ 0, %body38 ], [ %i44, %body46 ]
  %v48 = icmp slt i64 %i43, %n1
  br i1 %v48, label %body46, label %done47
body46:
  %v49 = getelementptr inbounds float, ptr %v42, i64 %i43
  %v50 = load float, ptr %v49, !llvm.access.group !1
  %v51 = getelementptr inbounds float, ptr %p1, i64 %i43
  %v52 = load float, ptr %v51, !llvm.access.group !1
  %v53 = fadd reassoc contract float %v52, %v50
  store float %v53, ptr %v51, !llvm.access.group !1
  %i44 = add nsw i64 %i43, 1
  br label %head45, !llvm.loop !3
done47:
  %i36 = add nsw i64 %i35, 1
  br label %head37, !llvm.loop !3
done39:
  br label %done27
done27:
  ret void
}
