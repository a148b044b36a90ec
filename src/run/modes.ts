/** Where the passwords of a run come from. */
export const MODES = ['generate', 'password-column', 'discard'] as const;
