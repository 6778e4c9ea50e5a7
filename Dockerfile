# The action's image. A runner starts it as root and as process 1, without Docker options, so there is no USER here:
# the program itself gives up what it does not need, and runs what a model asks for as another user.
FROM debian:bookworm-slim AS build
COPY src/install-dependencies /source/src/
RUN /source/src/install-dependencies
COPY CMakeLists.txt /source/
COPY src /source/src
RUN cmake -S /source -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCODEX_TESTS=OFF \
    && cmake --build /build \
    && DESTDIR=/install cmake --install /build --prefix /usr/local --strip

FROM debian:bookworm-slim
COPY src/install-dependencies /tmp/
# Libraries, and what the agent reads code with: bash, coreutils, git and ripgrep.
RUN /tmp/install-dependencies --runtime && rm -rf /tmp/install-dependencies /var/lib/apt/lists/*
COPY LICENSE /usr/local/share/doc/codex-action/
COPY --from=build /install/usr/local/bin/ /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/codex-action"]
