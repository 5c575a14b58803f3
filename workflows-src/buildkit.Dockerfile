# The BuildKit that the workflows build with; buildkit.ts reads it. It is a Dockerfile so that Dependabot proposes newer ones:
# run `npm run generate` on the branch of its pull request.
FROM moby/buildkit:v0.34.0@sha256:b059f8d7226d0b326bc871af489a5dddf65e36af4d20d14251b072974d9ee87c
