# The labs, ready to open:
#
#     docker build -t convlab .
#     docker run --rm -p 8888:8888 -v convlab-work:/opt/convlab/my-labs convlab
#
# It prints one link. The learner's work is in the volume. Data that lies on the host is mounted at /data
# (-v ./data:/data:ro); without data and network, end the line with --offline. What the image holds is root's: the
# labs run as any user (NB_UID, or --user), and with --read-only --tmpfs /tmp:exec.

ARG RUST=1.95.0

# Rust, the linker that each cell is linked with, and Python.
FROM docker.io/library/rust:${RUST}-slim-bookworm AS base
ARG RUST
ENV RUSTUP_TOOLCHAIN=${RUST} \
    CONVLAB_CACHE=/opt/convlab-cache \
    CONVLAB_STATE=/tmp/convlab
WORKDIR /opt/convlab
RUN apt-get update \
    && apt-get install -y --no-install-recommends libstdc++-12-dev python3 \
    && rm -rf /var/lib/apt/lists/* \
    && rustup component add rust-src

# What does not depend on the helper crate: Python's packages, libtorch, the kernel. This takes the minutes.
FROM base AS tools
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY Cargo.toml Cargo.lock ./
COPY crates/common crates/common
COPY crates/launcher crates/launcher
COPY crates/kernel crates/kernel
COPY crates/fetch crates/fetch
COPY crates/grader crates/grader
COPY crates/convlab/Cargo.toml crates/convlab/
COPY crates/xtask/Cargo.toml crates/xtask/
RUN --mount=type=cache,target=/build --mount=type=cache,target=/root/.cargo/registry \
    export CARGO_BUILD_BUILD_DIR=/build CARGO_HOME=/root/.cargo \
    && mkdir crates/convlab/src crates/convlab/tests crates/xtask/src \
    && touch crates/convlab/src/lib.rs crates/convlab/tests/malloc.rs crates/xtask/src/main.rs \
    && cargo build --release --locked --package launcher \
    && mv target/release/launcher /usr/local/bin/convlab \
    && convlab prepare --tools \
    && rm -rf target /opt/convlab-cache/build-*

# The labs' first cell, compiled, and then their cells: each lab is run once. Cargo's folder is fresh: it will hold the
# sources that cells are compiled with.
FROM tools AS stage
COPY . .
RUN convlab prepare \
    && CONVLAB_QUICK=1 convlab run --offline --out /tmp/labs \
    && rm -rf my-labs /tmp/labs /tmp/convlab /opt/convlab-cache/builds /opt/convlab-cache/libtorch-*/include \
        /usr/local/cargo/registry/index/*/.git \
    && ln -s /data /opt/convlab-cache/data \
    && touch /opt/convlab-cache/sealed

# What running needs of it all.
FROM base AS lab
ARG NB_UID=1000
RUN useradd --uid ${NB_UID} --create-home learner \
    && mkdir -m 1777 /data my-labs lecture
COPY --from=tools /usr/local/bin/convlab /usr/local/bin/
COPY --from=stage /opt/convlab-cache /opt/convlab-cache
COPY --from=stage /usr/local/cargo/registry /usr/local/cargo/registry
COPY --from=stage /opt/convlab /opt/convlab
ENV HOME=/home/learner
USER ${NB_UID}
VOLUME /opt/convlab/my-labs
EXPOSE 8888
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8888/api')"]
ENTRYPOINT ["convlab", "--no-browser", "--ip", "0.0.0.0", "--port", "8888"]
