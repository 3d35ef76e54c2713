; kernel of 1 axis
;   p0: float32 1
;   p1: float32 1
;   each  %0 = load p0 : float32
;   each  %1 = exp(%0) : float32
;   each  store %1 in p1

define internal void @k_602231a825698299(ptr noalias readonly %p0, ptr noalias %p1, ptr noalias %scratch, ptr noalias %status, i64 %n0) noinline nounwind {
entry:
  %v0 = and i64 %n0, -64
  br label %head3
head3:
  %i1 = phi i64 [ 0, %entry ], [ %i2, %body4 ]
  %v6 = icmp slt i64 %i1, %v0
  br i1 %v6, label %body4, label %done5
body4:
  %v7 = getelementptr inbounds float, ptr %p0, i64 %i1
  %v8 = load float, ptr %v7, !llvm.access.group !1
  %v9 = call float @hubel.exp.f32(float %v8)
  %v10 = getelementptr inbounds float, ptr %p1, i64 %i1
  store float %v9, ptr %v10, !llvm.access.group !1
  %i2 = add nsw i64 %i1, 1
  br label %head3, !llvm.loop !7
done5:
  br label %head13
head13:
  %i11 = phi i64 [ %v0, %done5 ], [ %i12, %body14 ]
  %v16 = icmp slt i64 %i11, %n0
  br i1 %v16, label %body14, label %done15
body14:
  %v17 = getelementptr inbounds float, ptr %p0, i64 %i11
  %v18 = load float, ptr %v17, !llvm.access.group !1
  %v19 = call float @hubel.exp.f32(float %v18)
  %v20 = getelementptr inbounds float, ptr %p1, i64 %i11
  store float %v19, ptr %v20, !llvm.access.group !1
  %i12 = add nsw i64 %i11, 1
  br label %head13, !llvm.loop !9
done15:
  ret void
}
