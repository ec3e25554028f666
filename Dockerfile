FROM oven/bun:1.4.5 AS packages
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production --ignore-scripts

# No shell, no package manager, no root.
FROM oven/bun:1.4.5-distroless
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY plugins plugins
USER 65532:65532
# postern.yaml, policies and keys are mounted here; relative paths of the configuration start here.
WORKDIR /etc/postern
# The proxies' and the public listener bind what postern.yaml says; in a container that is 0.0.0.0, not loopback.
ENTRYPOINT ["bun", "/app/src/main.ts"]
CMD ["serve"]
