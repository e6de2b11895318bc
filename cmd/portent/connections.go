package main

import (
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/transport/connlimit"
	"github.com/portent-go/portent/domain"
)

// defaultConnections is enough for the clients and balancers of a server that
// predicts some thousand times a second. At 20 kB for one that idles it is a few
// percent of the memory that the smallest model needs with its requests.
const defaultConnections = 1024

// connectionSettings bound the connections of each server.
type connectionSettings struct{ mostConnections int }

func (s *connectionSettings) flags(flags *pflag.FlagSet) {
	flags.IntVar(&s.mostConnections, "max-connections", defaultConnections, "most connections to HTTP, and as many to gRPC; further ones are closed at once; 0: any number")
}

// limitConnections bounds the connections of servers, and has them among the
// metrics. Operators' own listener is none of them: it is there when others are full.
func (s *serveSettings) limitConnections(list servers, logger *slog.Logger) error {
	for i := range list {
		name := list[i].name
		over, ok := list[i].listener.(*net.TCPListener)
		if !ok {
			return domain.Errorf(domain.Internal, "the listener of %s is %T", name, list[i].listener)
		}
		limited := connlimit.New(over, s.mostConnections, func(from net.Addr) {
			logger.Warn("a connection is refused", "listener", name, "from", from, "reason", fmt.Sprintf("%d are open (--max-connections)", s.mostConnections))
		})
		if err := s.metrics.AddConnections(name, limited); err != nil {
			return err
		}
		list[i].listener = limited
	}
	return nil
}
