# The lab's own Node images, from Debian packages and the Node of this checkout. Public images of the same content are
# node:24-slim (both stages) and gcr.io/distroless/nodejs24 (run time).

# Run time: what Node needs and nothing else; no shell, no package manager.
FROM scratch AS runtime
ADD runtime.tar /
COPY etc/ /etc/
COPY --chown=1000:1000 home/ /home/node/
COPY node /usr/local/bin/node
ENV PATH=/usr/local/bin:/usr/bin:/bin
USER node
WORKDIR /home/node
CMD ["node"]

# Build stages: with a shell, npm, and the certificates that this machine trusts, because `npm ci` leaves through its network.
FROM scratch AS build
ADD build.tar /
COPY etc/ /etc/
COPY --chown=1000:1000 home/ /home/node/
COPY node /usr/local/bin/node
COPY npm/ /usr/local/lib/node_modules/npm/
COPY bin/ /usr/local/bin/
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /
CMD ["node"]
