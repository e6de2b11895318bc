package serving

// SelfTest returns the largest difference of an answer from its test vector when
// the model was verified the last time, relative to max(1, |expected|). It is not
// tested if it has no vectors or has not been verified.
func (m *Model) SelfTest() (difference float64, tested bool) {
	if worst := m.selfTest.Load(); worst != nil {
		return *worst, true
	}
	return 0, false
}

// noteSelfTest keeps the largest difference of results, if there are any.
func (m *Model) noteSelfTest(results []Result) {
	if len(results) == 0 {
		return
	}
	worst := 0.0
	for _, r := range results {
		worst = max(worst, r.MaxRel)
	}
	m.selfTest.Store(&worst)
}
