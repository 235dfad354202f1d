/** When a gradient that starts at the output with norm 1 has lost or gained too much on its way. */
export const VANISHING_BELOW = 1e-3;
export const EXPLODING_ABOVE = 1e3;
