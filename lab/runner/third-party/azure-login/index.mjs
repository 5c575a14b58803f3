console.log('::error title=no Azure::The lab has no Azure. Delete the variable AZURE_CLIENT_ID of this repository.');
process.exitCode = 1;
