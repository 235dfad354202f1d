# SYNTAX TEST "source.python" "patterns in calls of einops and einsum"

y = rearrange(x, "b (h w) ... -> b 1 (...)", h=3)
#   ^^^^^^^^^ meta.einops.architect meta.function-call.generic.python
#                 ^ meta.einops-pattern.architect variable.parameter.axis.einops.architect
#                   ^ punctuation.section.group.einops.architect
#                    ^ variable.parameter.axis.einops.architect
#                         ^^^ constant.language.ellipsis.einops.architect
#                             ^^ keyword.operator.arrow.einops.architect
#                                  ^ constant.numeric.einops.architect
#                                            ^ variable.parameter.function-call.python
#                                              ^ constant.numeric.dec.python

z = torch.einsum('bij,bjk->bik', a, b)
#         ^^^^^^ meta.einops.architect
#                 ^^^ variable.parameter.axis.einops.architect
#                    ^ punctuation.separator.einops.architect
#                        ^^ keyword.operator.arrow.einops.architect

w = einops.reduce(
    repeat(x, "b c -> b c n", n=2),
#              ^ variable.parameter.axis.einops.architect
    "b c n -> b",
#    ^ variable.parameter.axis.einops.architect
    "mean",
#    ^^^^ - meta.einops-pattern.architect
)
print("a -> b")
#      ^^^^^^ - meta.einops-pattern.architect

packed, shapes = pack([x], "b * c")
#                           ^ variable.parameter.axis.einops.architect
#                             ^ keyword.operator.wildcard.einops.architect

s = reduce(add, "this, and that!")
#                ^^^^^^^^^^^^^^^ - meta.einops-pattern.architect

layer = Rearrange("b c h w -> b (c h w)")
#                  ^ variable.parameter.axis.einops.architect
