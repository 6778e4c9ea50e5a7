# What the runner builds when a workflow uses this action. Layers: from what changes least to what changes most.
FROM debian:bookworm-slim AS build
COPY src/install-dependencies /codex-action/src/
RUN /codex-action/src/install-dependencies
WORKDIR /codex-action
COPY CMakeLists.txt ./
COPY src src
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCODEX_TESTS=OFF \
    && cmake --build /build \
    && DESTDIR=/installed cmake --install /build --prefix /usr/local --strip

# What it needs to run, and git and ripgrep for the agent to read code with. No USER: the runner mounts files that are
# root's, and the program gives up its rights by itself where it runs what a model asks for.
FROM debian:bookworm-slim
COPY src/install-dependencies /usr/local/share/codex-action/
RUN /usr/local/share/codex-action/install-dependencies --runtime && rm -rf /var/lib/apt/lists/*
COPY LICENSE /usr/local/share/doc/codex-action/
COPY --from=build /installed/usr/local/bin/ /usr/local/bin/
# A missing library is found here, not in somebody's workflow.
RUN ["/usr/local/bin/codex-action", "--version"]
# The binary itself: a shell would drop the inputs that have a '-' in their names.
ENTRYPOINT ["/usr/local/bin/codex-action"]
