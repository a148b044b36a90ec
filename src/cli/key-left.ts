/** To whoever ends a run with recipients whose key is not in its directory: nobody else can destroy it. */
export const KEY_LEFT =
  'the key was given by COGNITO_BULK_RESET_KEY_FILE and is still there: destroy it where it is';
