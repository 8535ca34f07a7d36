# Reference values of exponential smoothing for tests/forecast: the C recursions of R's forecast package with fixed weights
# and first states, its variances, and what its ets() reaches when it estimates.
#
#     Rscript tests/golden/forecast_ets.R > tests/golden/forecast_ets.h      (R 4.2, forecast 8.20)
#
# Series: the first five years of AirPassengers (monthly, 1949 to 1953).
suppressMessages(library(forecast))
y <- window(AirPassengers, end = c(1953, 12))
m <- 12
h <- 30
models <- c("ANN", "AAN", "AAdN", "ANA", "AAA", "AAdA", "MNN", "MAN", "MAdN", "MNA", "MAA", "MAdA", "MNM", "MAM", "MAdM")
array <- function(name, v) cat(sprintf("static const double %s[] = {%s};\n", name, paste(sprintf("%.17g", v), collapse = ", ")))

cat("/* Made by forecast_ets.R; do not edit. */\n")
array("golden_passengers", y)
cat(sprintf("enum { GOLDEN_ETS_HORIZON = %d };\n", h))
rows <- character(0)
for (model in models) {
  damped <- grepl("d", model)
  short <- sub("d", "", model)
  error <- substr(short, 1, 1); trend <- substr(short, 2, 2); season <- substr(short, 3, 3)
  alpha <- 0.31; beta <- 0.07; gamma <- 0.23; phi <- 0.93
  index <- c(0.91, 1.06, 1.13, 1.24, 1.22, 1.07, 0.9, 0.8, 0.91, 0.93, 0.96, 0.87)  # of the first values, in their order
  seasonal <- if (season == "A") 120 * (index - 1) else index
  state <- c(118, if (trend != "N") 1.7, if (season != "N") rev(seasonal))
  f <- forecast:::pegelsresid.C(y, m, state, error, trend, season, damped, alpha, if (trend == "N") 0 else beta,
                                if (season == "N") 0 else gamma, if (damped) phi else 1, 3)
  e <- as.numeric(f$e)
  fitted <- if (error == "A") y - e else y / (1 + e)
  last <- f$states[nrow(f$states), ]
  sigma2 <- 0.004 * (if (error == "A") 30000 else 1)
  class <- if (error == "A") forecast:::class1 else if (season == "M") forecast:::class3 else forecast:::class2
  par <- c(alpha = alpha, beta = beta, gamma = gamma, phi = if (damped) phi else 1)
  # a level and a season without a slope: class1 puts gamma in the place it has beside a slope, so one of 0 is added
  none <- trend == "N" && season != "N"
  if (none) par["beta"] <- 0
  # class3 forecasts a damped slope undamped at the first step, against its own recursion: it is told of phi times the slope
  ahead_last <- last
  if (damped && season == "M") {
    ahead_last[2] <- phi * last[2]
    par["beta"] <- phi * beta
  }
  ahead <- if (none) class(h, c(last[1], 0, last[-1]), "A", season, damped, m, sigma2, par)
           else class(h, ahead_last, trend, season, damped, m, sigma2, par)
  name <- paste0("golden_ets_", model)
  array(paste0(name, "_fitted"), fitted)
  array(paste0(name, "_last"), last)
  array(paste0(name, "_mean"), ahead$mu)
  array(paste0(name, "_variance"), ahead$var)
  best <- ets(y, model = short, damped = damped)
  rows <- c(rows, sprintf("    {\"%s\", %.17g, %.17g, %.17g, %.17g, %s_fitted, %s_last, %s_mean, %s_variance},", model, sigma2,
                          as.numeric(f$lik), -2 * best$loglik, best$sigma2, name, name, name, name))
}
cat("/* last is level, slope, and the seasonal states, the newest first. best and best_sigma2 are those of estimated weights. */\n")
cat("static const struct golden_ets {\n    const char *model;\n    double sigma2, likelihood, best, best_sigma2;\n")
cat("    const double *fitted, *last, *mean, *variance;\n} golden_ets[] = {\n")
cat(rows, sep = "\n")
cat("};\n")
