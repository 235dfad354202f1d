export const CODE = `# The code you write

- Complete: it runs as it is. No placeholders, no "rest unchanged", no imports left out. Python 3.9 and later, PyTorch 2.
- A custom layer is an nn.Module with a docstring that states its formula and the shapes of input and output, checks of its arguments with messages that name the wrong value, and registered parameters and buffers (register_buffer for constants, never a bare tensor).
- Sizes come from the constructor, nothing is hard-coded that depends on the data. Prefer sizes worked out from configuration over Lazy modules.
- Initialise on purpose: fan-in Kaiming before ReLU-like functions, Xavier before tanh and sigmoid, small normal (0.02) for embeddings and Transformers, zero for the last layer of a residual branch; say which and why.
- Numerically stable forms: logits into the loss (cross_entropy, binary_cross_entropy_with_logits), logsumexp, clamp before log, eps in every denominator and under every root, float32 for reductions under mixed precision.
- A custom autograd.Function has a backward that returns one gradient per input, saves what it needs with ctx.save_for_backward, and is checked with torch.autograd.gradcheck in double precision.
- Device comes from the parameters or the input, never from a literal; no .cuda() in a model.
- A loss takes logits and targets, has a reduction argument, and handles an empty or ignored target.
- Training code: seeds, train and eval modes, gradients zeroed with set_to_none, no_grad or inference_mode for validation, metrics over the whole set rather than the mean of batch means, the best state kept by the validation metric, checkpoints that can be resumed.
- Type hints and docstrings that explain the mathematics; comments only for what the code can't say.`;
