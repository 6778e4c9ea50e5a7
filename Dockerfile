# What the runner builds when a workflow uses this action. From the layer that changes least to the one that changes most.
FROM debian:bookworm-slim AS runtime
COPY src/install-dependencies /usr/local/share/codex-action/
RUN /usr/local/share/codex-action/install-dependencies --runtime && rm -rf /var/lib/apt/lists/*

FROM runtime AS build
RUN /usr/local/share/codex-action/install-dependencies
WORKDIR /codex-action
COPY CMakeLists.txt ./
COPY src src
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCODEX_TESTS=OFF \
    && cmake --build /build \
    && DESTDIR=/installed cmake --install /build --prefix /usr/local --strip

# git and ripgrep are for the agent to read code with. The runner mounts files that root alone may read: no USER.
FROM runtime
COPY --from=build /installed/usr/local/bin/ /usr/local/bin/
# A missing library is found here, not in somebody's workflow.
RUN ["/usr/local/bin/codex-action", "--version"]
# The binary itself: a shell would drop the inputs that have a '-' in their names.
ENTRYPOINT ["/usr/local/bin/codex-action"]
