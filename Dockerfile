# syntax=docker/dockerfile:1
FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev libssl-dev make pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
# .cargo/config.toml brings the flags that SQLite is built with.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    cargo build --release --locked --features postgres-tls \
    && install -D target/release/touchline /image/usr/local/bin/touchline \
    && install -d -m 0700 /image/data

# glibc, OpenSSL and certificates; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=nonroot:nonroot /image/data /data
COPY --from=build /image/usr/local/bin/touchline /usr/local/bin/touchline
ENV TOUCHLINE_DATA=/data TOUCHLINE_BIND=0.0.0.0:8080 TOUCHLINE_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
USER nonroot
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --retries=3 CMD ["/usr/local/bin/touchline", "health"]
ENTRYPOINT ["/usr/local/bin/touchline"]
