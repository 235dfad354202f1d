import torch
import torch.nn.functional as F
from torch import nn


class DistillationLoss(nn.Module):
    """Knowledge distillation: the targets, and the softened output of a larger model.

    loss = (1 - alpha) * cross_entropy(z, y) + alpha * t**2 * KL(softmax(v / t) || softmax(z / t))
    with the student's logits z and the teacher's v. Gradient of the second part by z:
    alpha * t * (softmax(z / t) - softmax(v / t)) / N; the factor t**2 keeps it in proportion to the first.
    The teacher gets no gradient. Computed from log_softmax, finite for logits of any size.

    Source: Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015.

    Args:
        temperature: t, greater than 0.
        alpha: share of the teacher, between 0 and 1.

    Shapes: student and teacher (N, C), target (N) with class indices.
    """

    def __init__(self, temperature=4.0, alpha=0.5):
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"temperature must be positive, got {temperature}")
        if not 0 <= alpha <= 1:
            raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
        self.temperature = temperature
        self.alpha = alpha

    def forward(self, student, teacher, target):
        if student.dim() != 2 or student.shape != teacher.shape or target.shape != student.shape[:1]:
            raise ValueError(f"expected (N, C), (N, C) and (N), got {tuple(student.shape)}, {tuple(teacher.shape)} and {tuple(target.shape)}")
        count = max(student.shape[0], 1)
        hard = F.cross_entropy(student, target, reduction="sum") / count
        log_student = F.log_softmax(student / self.temperature, dim=1)
        log_teacher = F.log_softmax(teacher.detach() / self.temperature, dim=1)
        soft = F.kl_div(log_student, log_teacher, reduction="sum", log_target=True) / count
        return (1 - self.alpha) * hard + self.alpha * self.temperature**2 * soft
