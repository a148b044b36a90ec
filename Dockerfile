# Stages: `build` compiles; `demo` is docker-compose.yml's pool; the last one is the program.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
# Install scripts only fetch what is here already: a Node 24 for development, prebuilt binaries that are optional.
RUN npm ci --ignore-scripts
COPY src ./src
COPY jobs ./jobs
RUN npm run build

FROM build AS demo
COPY samples ./samples
COPY test/support ./test/support
# A new volume takes over what its first container has there: /runs must be node's in this image too.
RUN mkdir -p /runs /pool && cp -r samples/demo/cognito-local /pool/.cognito && chown -R node:node /runs /pool
USER node

FROM build AS production
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /app
COPY --from=production /app/package.json ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=production /app/dist ./dist
RUN mkdir /runs /keys && chown node:node /runs /keys
# For a key that another container leaves there (samples/deploy/ecs-task.json): Fargate gives an empty volume the owner it has here.
VOLUME /keys
USER node
# The prepared copy of the embedded queue; with a read-only root file system /tmp has to be a tmpfs.
ENV XDG_CACHE_HOME=/tmp
WORKDIR /runs
# V8 has room for 8 MB of new objects, and compiles what is hot in the main thread, not beside it: a fifth less processor time
# (BENCHMARKS.md, "Memory"). The program can't say so itself, as both count only where Node starts.
ENTRYPOINT ["node", "--min-semi-space-size=8", "--no-concurrent-recompilation", "/app/dist/src/cli/main.js"]
