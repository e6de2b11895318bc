package onnxfile

// readEntry reads a StringStringEntryProto into a map. A key that is there twice
// would leave open which value is meant.
func readEntry(data []byte, where string, to map[string]string) error {
	var key, value string
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&key)
		case 2:
			return f.text(&value)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, ok := to[key]; ok {
		return invalid(where, "the key %q is there twice", key)
	}
	to[key] = value
	return nil
}
