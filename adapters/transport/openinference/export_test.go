package openinference

// Routes returns "METHOD /path" of all there is.
func Routes() []string {
	all := make([]string, len(routes))
	for i, route := range routes {
		all[i] = route.method + " " + route.path
	}
	return all
}
