# syntax=docker/dockerfile:1
# One image with all three programs; the command says which one runs. compose.yml and deploy/kubernetes use it.
#   docker build -t panal .
#   docker run --rm -e DATABASE_URL panal panal migrate
# Settings and secrets come from the environment or a mounted file (PANAL_CONFIG); none is in the image. The README tells them.

# What others wrote is built in a layer of its own, from the recipe alone: it is built again when that changes, and no sooner.
FROM rust:1.95-bookworm AS chef
RUN cargo install --locked --version 0.1.78 cargo-chef
WORKDIR /src

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
COPY --from=plan /src/recipe.json recipe.json
RUN cargo chef cook --release --locked --package bins --recipe-path recipe.json
COPY . .
RUN cargo build --release --locked -p bins

FROM debian:bookworm-slim
# For keys that are fetched over https. Whatever is current: a pinned version is gone from the mirrors after the next update.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 panal \
    && useradd --uid 10001 --gid panal --no-log-init --no-create-home --home-dir /var/lib/panal --shell /usr/sbin/nologin panal \
    && install -d -m 750 -o panal -g panal /var/lib/panal
COPY --from=build /src/target/release/auth-service /src/target/release/product-service /src/target/release/panal /usr/local/bin/
# The defaults are production's: a service that lacks a secret says which and ends. Nothing is written but to DATA_DIR, and by
# neither service if both have a PostgreSQL database and a mail server: the root may be read-only.
ENV ENVIRONMENT=production HOST=0.0.0.0 DATA_DIR=/var/lib/panal LOG_FORMAT=json
WORKDIR /var/lib/panal
USER 10001:10001
EXPOSE 8001 8002
STOPSIGNAL SIGTERM
# Whichever program process 1 is knows its port and asks itself. With `docker run --init` that is none of ours: name it then, as
# compose.yml does (--health-cmd "auth-service health").
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["sh", "-c", "exec \"$(readlink /proc/1/exe)\" health"]
CMD ["auth-service"]
