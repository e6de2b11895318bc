package onnxfile

// The fields of TypeProto, and the datatypes, that scores by label are made of.
const (
	tensorType, sequenceType, mapType = 1, 4, 5
	floatType, int64Type, stringType  = 1, 7, 8
)

// scores is a TypeProto.Sequence as it is read: of maps from labels to scores, or
// of something else.
type scores struct {
	where        string
	label, score int64 // datatypes
	maps         int
}

// readScores reports whether a TypeProto.Sequence is one of maps from integers or
// texts to FP32 tensors.
func readScores(f field, where string) (bool, error) {
	s := scores{where: where}
	err := f.message(s.within(1, s.within(mapType, func(data []byte) error {
		s.maps++
		return fields(data, where, s.entry)
	})))
	labelled := s.label == int64Type || s.label == stringType
	return s.maps == 1 && labelled && s.score == floatType, err
}

// within reads a message of which one field is asked for.
func (s *scores) within(number int32, read func([]byte) error) func([]byte) error {
	return func(data []byte) error {
		return fields(data, s.where, func(f field) error {
			if int32(f.number) != number {
				return nil
			}
			return f.message(read)
		})
	}
}

// entry reads a field of a TypeProto.Map.
func (s *scores) entry(f field) error {
	switch f.number {
	case 1:
		return f.integer(&s.label)
	case 2:
		return f.message(s.within(tensorType, func(data []byte) error {
			return fields(data, s.where, func(f field) error {
				if f.number == 1 {
					return f.integer(&s.score)
				}
				return nil
			})
		}))
	}
	return nil
}
