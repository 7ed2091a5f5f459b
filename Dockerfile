# wirecheck alone. A project that is judged in it adds what its server needs:
#   FROM wirecheck
#   RUN apt-get update && apt-get install --yes --no-install-recommends python3
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package wirecheck

FROM debian:bookworm-slim
COPY --from=build /src/target/release/wirecheck /usr/local/bin/wirecheck
WORKDIR /work
CMD ["wirecheck", "--help"]
