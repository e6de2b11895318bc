# The build stage compiles a static binary, the second stage holds nothing else.
ARG GO_IMAGE=docker.io/library/golang:1.26

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN VERSION=${VERSION} sh tools/lean/build.sh -o /portent

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
