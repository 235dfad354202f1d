# SYNTAX TEST "source.python" "directives and shapes in comments"

# architect: Net(num_classes=10, name="a")(x: f32[B, 3*H, ...], causal=True)
# ^^^^^^^^^ keyword.other.directive.architect
#          ^ punctuation.separator.directive.architect
#            ^^^ entity.name.type.class.architect
#                ^^^^^^^^^^^ variable.parameter.argument.architect
#                            ^^ constant.numeric.architect
#                                     ^^^ string.quoted.architect
#                                          ^ variable.parameter.input.architect
#                                             ^^^ support.type.dtype.architect
#                                                 ^ variable.other.dimension.architect
#                                                    ^ constant.numeric.architect
#                                                     ^ keyword.operator.arithmetic.architect
#                                                         ^^^ constant.language.ellipsis.architect
#                                                               ^^^^^^ variable.parameter.argument.architect
#                                                                      ^^^^ constant.language.architect

# architect: models.Net()
#            ^^^^^^^ entity.name.namespace.architect
#                   ^^^ entity.name.type.class.architect

x = 1  # architect: ignore[R01, L02] on purpose
#        ^^^^^^^^^ keyword.other.directive.architect
#                   ^^^^^^ keyword.control.architect
#                          ^^^ constant.other.rule.architect
#                               ^^^ constant.other.rule.architect
#                                    ^^^^^^^^^^ - variable.other.module.architect

# architect: share[encoder.embed]
#            ^^^^^ keyword.control.architect
#                  ^^^^^^^^^^^^^ variable.other.module.architect

# the architect: a person
#     ^^^^^^^^^ - meta.directive.architect

print("# architect: Net()")
#        ^^^^^^^^^ - meta.directive.architect

y = x  # (B, T, C) -> [B, C*2, 3]
#        ^ punctuation.definition.shape.begin.architect
#         ^ meta.shape.architect variable.other.dimension.architect
#            ^ meta.shape.architect variable.other.dimension.architect
#                ^ punctuation.definition.shape.end.architect
#                  ^^ - meta.shape.architect
#                     ^ punctuation.definition.shape.begin.architect
#                         ^ meta.shape.architect variable.other.dimension.architect
#                          ^ keyword.operator.arithmetic.architect
#                              ^ constant.numeric.architect
#                               ^ punctuation.definition.shape.end.architect

z = x  # (b, t, c)
#         ^ meta.shape.architect variable.other.dimension.architect

z = x  # (N,)
#         ^ meta.shape.architect variable.other.dimension.architect

# prose (for example, this) and (Kingma, 2015), also [1] and (2)
#        ^^^^^^^^^^^^^^^^^ - meta.shape.architect
#                               ^^^^^^^^^^^^ - meta.shape.architect
#                                                     ^^^^^^^^^^ - meta.shape.architect
