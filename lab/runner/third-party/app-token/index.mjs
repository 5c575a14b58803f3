console.log(
  '::error title=no GitHub App::The lab has no GitHub Apps. Delete the variable RELEASE_APP_CLIENT_ID of this repository and set the secret RELEASE_TOKEN instead.',
);
process.exitCode = 1;
