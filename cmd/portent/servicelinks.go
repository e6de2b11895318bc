package main

import "strings"

// serviceLinks are the Services that Kubernetes tells a container of by variables:
// for each in the namespace that was there before, NAME_SERVICE_HOST,
// NAME_SERVICE_PORT and NAME_PORT with what follows. A Service named portent gives
// PORTENT_SERVICE_HOST, and so on.
type serviceLinks []string

// servicesIn returns the names of the Services, as variables spell them.
func servicesIn(environ []string) (names serviceLinks) {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if service, ok := strings.CutSuffix(name, "_SERVICE_HOST"); ok {
			names = append(names, service)
		}
	}
	return names
}

// made reports whether a variable is one of those that tell of a Service.
func (names serviceLinks) made(variable string) bool {
	for _, name := range names {
		rest, ok := strings.CutPrefix(variable, name)
		if ok && (rest == "_SERVICE_HOST" || within(rest, "_SERVICE_PORT") || within(rest, "_PORT")) {
			return true
		}
	}
	return false
}

// within reports whether a name is another one, or that with more words.
func within(name, of string) bool { return name == of || strings.HasPrefix(name, of+"_") }
