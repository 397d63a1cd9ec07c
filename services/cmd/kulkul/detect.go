package main

import (
	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/jsonl"
)

func detectCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "detect [FILE|-]",
		Short: "run a detector over each series: JSON Lines in, one answer a line out",
		Long: `Each line asks {"method","params","counts","freq","start","dates"?,"range":[first,last]}, with positions from 1;
the answer is {"upperbound":[…],"alarm":[…],"score":[…]} over the range, null where undefined. A line that
cannot be answered is answered by an object with "error"; the exit status is then 1.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := open(w, first(args))
			if err != nil {
				return err
			}
			defer r.Close()
			failed, err := jsonl.Run(c.Context(), r, w.out)
			if err != nil {
				return err
			}
			if failed {
				return errFailed
			}
			return nil
		},
	}
}
