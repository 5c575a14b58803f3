console.log(
  '::error title=no GitHub App::The lab has no Apps to sign in as. Unset the variable RELEASE_APP_CLIENT_ID of this repository; the secret RELEASE_TOKEN takes its place.',
);
process.exitCode = 1;
