# docker build -t panal .
# docker run --rm -e DATABASE_URL panal panal migrate
# docker run --read-only --cap-drop ALL --stop-timeout 30 -p 8001:8001 -v "$PWD/jwt-private.pem:/keys/jwt-private.pem:ro" \
#   -e JWT_PRIVATE_KEY_FILE=/keys/jwt-private.pem -e DATABASE_URL -e AMQP_URL -e SECRET_KEY -e MAIL_SERVER -e MAIL_FROM panal auth-service
# docker run --read-only --cap-drop ALL --stop-timeout 30 -p 8002:8002 -e AUTH_SERVICE_URL=http://auth:8001 \
#   -e DATABASE_URL -e AMQP_URL -e MAIL_SERVER -e MAIL_FROM panal product-service
# The README says how to make the key and what the other settings are; uid 10001 must be able to read the key.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p bins

FROM debian:bookworm-slim
# For keys that are fetched over https.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 panal \
    && useradd --uid 10001 --gid panal --no-log-init --no-create-home --home-dir /var/lib/panal --shell /usr/sbin/nologin panal \
    && install -d -m 750 -o panal -g panal /var/lib/panal
COPY --from=build /src/target/release/auth-service /src/target/release/product-service /src/target/release/panal /usr/local/bin/
# Settings and secrets come from the environment or a mounted file; none is in the image. The defaults are production's:
# a service that lacks one says which and ends.
ENV ENVIRONMENT=production HOST=0.0.0.0 DATA_DIR=/var/lib/panal LOG_FORMAT=json
WORKDIR /var/lib/panal
USER 10001:10001
EXPOSE 8001 8002
STOPSIGNAL SIGTERM
CMD ["auth-service"]
