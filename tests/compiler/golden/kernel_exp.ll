; kernel of 1 axis
;   p0: float32 1
;   p1: float32 1
;   each  %0 = load p0 : float32
;   each  %1 = exp(%0) : float32
;   each  store %1 in p1

define internal void @k_602231a825698299(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0) noinline nounwind {
entry:
  br label %head2
head2:
  %i0 = phi i64 [ 0, %entry ], [ %i1, %body3 ]
  %v5 = icmp slt i64 %i0, %n0
  br i1 %v5, label %body3, label %done4
body3:
  %v6 = getelementptr inbounds float, ptr %p0, i64 %i0
  %v7 = load float, ptr %v6, !llvm.access.group !1
  %v8 = call float @hubel.exp.f32(float %v7)
  %v9 = getelementptr inbounds float, ptr %p1, i64 %i0
  store float %v8, ptr %v9, !llvm.access.group !1
  %i1 = add nsw i64 %i0, 1
  br label %head2, !llvm.loop !0
done4:
  ret void
}
