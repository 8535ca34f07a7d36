# Reference decompositions for tests/forecast/test_mstl.c, by R's forecast package.
#
#     Rscript tests/golden/mstl.R > tests/golden/mstl.h      (R 4.2, forecast 8.20)
suppressMessages(library(forecast))
values <- function(x) paste(sprintf("%.17g", x), collapse = ", ")
t <- 0:149
y <- round(50 + 0.1 * t + 5 * sin(2 * pi * t / 7) + 8 * cos(2 * pi * t / 28) + 2 * cos(t^2), 3)
fit <- mstl(msts(y, seasonal.periods = c(7, 28)))
cat("/* Made by mstl.R; do not edit. */\n")
cat("static const double mstl_y[] = {", values(y), "};\n")
cat("static const double mstl_7[] = {", values(fit[, "Seasonal7"]), "};\n")
cat("static const double mstl_28[] = {", values(fit[, "Seasonal28"]), "};\n")
cat("static const double mstl_rest[] = {", values(fit[, "Trend"] + fit[, "Remainder"]), "};\n")
