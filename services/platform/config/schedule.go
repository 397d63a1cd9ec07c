package config

import "github.com/robfig/cron/v3"

// checkSchedule reports whether cron reads the expression.
func checkSchedule(expression string) error {
	_, err := cron.ParseStandard(expression)
	return err
}
