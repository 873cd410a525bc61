# syntax=docker/dockerfile:1.12
# One image for all groups of services: SERVICES says what a container runs; docs/deployment.md says the rest.
ARG NODE_VERSION=24.21.0

# What the program is run with: no dependency that only builds or tests it.
FROM node:${NODE_VERSION}-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

# What it is built with; nothing of it is in the image.
FROM node:${NODE_VERSION}-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && rm -rf dist/demo dist/local

FROM node:${NODE_VERSION}-trixie-slim AS program
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="banyan" \
      org.opencontainers.image.description="Takes a live system off its monolith: data and traffic move together, verified and reversible." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="UNLICENSED"
# Whoever gets in finds nothing to install or build with. The data folder is one below what is mounted: a node refuses a
# folder that is not its own, and what an orchestrator mounts is its own.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
           /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/banyan
ENV NODE_ENV=production \
    DATA_DIR=/var/lib/banyan/node \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=8000 \
    METRICS_HOST=0.0.0.0 \
    METRICS_PORT=9464 \
    NODE_HTTP_PORT=7100
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json banyan ./
# A number: an orchestrator that asks for "not root" knows it without the image's list of users.
USER 10001:10001
VOLUME ["/var/lib/banyan"]
EXPOSE 8000 9464 7100
STOPSIGNAL SIGTERM
# At the port that every node has, whatever it runs.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=16", "dist/start.js"]
