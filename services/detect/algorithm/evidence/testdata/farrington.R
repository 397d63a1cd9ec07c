# Reads weekly series, one a line, counts separated by commas, and runs
# farringtonFlexible (settings of Noufaily et al. 2013, then the defaults) and
# farrington of the package surveillance over weeks 576 to 624. Prints a line a
# series: the alarms of the three as 49 digits each, then the processor time of
# each in all, in seconds.
suppressMessages(library(surveillance))
used <- c(0, 0, 0)
timed <- function(i, f) {
  begin <- proc.time()[["user.self"]]
  result <- suppressWarnings(f())
  used[i] <<- used[i] + proc.time()[["user.self"]] - begin
  paste(as.integer(alarms(result)), collapse = "")
}
for (line in readLines(file("stdin"))) {
  counts <- as.numeric(strsplit(line, ",")[[1]])
  series <- new("sts", observed = matrix(counts), start = c(2001, 1), freq = 52, epoch = seq_along(counts))
  cat(
    timed(1, function() farringtonFlexible(series, control = list(
      range = 576:624, b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1,
      weightsThreshold = 2.58, thresholdMethod = "nbPlugin", alpha = 0.005, limit54 = c(0, 4), glmWarnings = FALSE))),
    timed(2, function() farringtonFlexible(series, control = list(range = 576:624, glmWarnings = FALSE))),
    timed(3, function() {
      result <- NULL
      capture.output(result <- farrington(series, control = list(range = 576:624, b = 5, w = 3, alpha = 0.01, limit54 = c(0, 4), reweight = TRUE)))
      result
    }), "\n")
}
cat(used, "\n")
