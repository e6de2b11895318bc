# The build stage compiles a static binary, the second stage holds nothing else.
ARG GO_IMAGE=docker.io/library/golang:1.26

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
# HTTP is spoken in version 1.1, over TLS too: the standard library's HTTP/2 stays out. gRPC brings its own.
# Of what is linked, tools/lean/prepare.sh leaves out what is not used.
RUN sh tools/lean/prepare.sh && CGO_ENABLED=0 go build -modfile=bin/lean/go.mod -tags nethttpomithttp2,grpcnotrace -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /portent ./cmd/portent

FROM scratch
ARG VERSION=devel
LABEL org.opencontainers.image.title="portent" \
      org.opencontainers.image.description="Serves a trained model: POST /predict, Swagger UI, one static binary" \
      org.opencontainers.image.source="https://github.com/portent-go/portent" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /portent /portent
USER 65532:65532
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/portent", "health"]
ENTRYPOINT ["/portent"]
CMD ["serve"]
