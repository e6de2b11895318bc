package serving

// State says how far the life of a version of a model in a Repository has come.
type State uint8

// The states.
const (
	Absent    State = iota // known to the loader, not loaded
	Loading                // being opened and verified
	Ready                  // answers
	Unloading              // answers what has been accepted, and nothing else
	Failed                 // could not be loaded: the reason says why
)

// Status is a line of a Repository's index.
type Status struct {
	Name, Version string
	State         State
	Reason        string // why it is not ready, or could not be replaced; else empty
}
