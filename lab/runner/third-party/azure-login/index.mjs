console.log(
  '::error title=no Azure::The lab has no Azure to log in to. Unset the variable AZURE_CLIENT_ID of this repository.',
);
process.exitCode = 1;
