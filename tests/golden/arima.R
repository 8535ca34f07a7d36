# Reference likelihoods, errors and forecasts of ARIMA models with given coefficients, for tests/forecast/test_arima.c, by
# R's own arima.
#
#     Rscript tests/golden/arima.R > tests/golden/arima.h      (R 4.2)
#
# R gives the first values of a differenced series a large variance, kappa, instead of leaving them out: likelihoods
# of differenced models are therefore those of the differences, and their forecasts are made with a large kappa.
values <- function(x) paste(ifelse(is.na(x), "(double)NAN", sprintf("%.17g", x)), collapse = ", ")
array <- function(name, x) cat("static const double ", name, "[] = {", values(as.numeric(x)), "};\n", sep = "")
cat("/* Made by arima.R; do not edit. */\n")
cat("enum { ARIMA_HORIZON = 15 };\n")

air <- log(AirPassengers)
holes <- air
holes[c(17, 40, 41, 42, 43, 90, 130)] <- NA
starts <- air
starts[c(3, 8, 60)] <- NA
presidents_from_1945 <- window(presidents, start = c(1945, 2)) # its first value is missing
array("arima_lake", LakeHuron)
array("arima_air", air)
array("arima_holes", holes)
array("arima_starts", starts)
array("arima_presidents", presidents_from_1945)

# name, series, order, seasonal order, coefficients, and the mean of the differenced series or NULL
show <- function(name, x, order, seasonal, coefficient, mu = NULL) {
    model <- function(y, o, s, fixed, mean, ...)
        arima(y, order = o, seasonal = list(order = s, period = frequency(x)), include.mean = mean,
              fixed = fixed, transform.pars = FALSE, method = "ML", ...)
    season <- frequency(x)
    z <- x
    if (seasonal[2] > 0) z <- diff(z, lag = season, differences = seasonal[2])
    if (order[2] > 0) z <- diff(z, differences = order[2])
    differenced <- length(z) < length(x)
    whole <- !anyNA(x)
    still <- function(o) replace(o, 2, 0)
    if (whole || !differenced)
        exact <- model(z, still(order), still(seasonal), c(coefficient, mu), !is.null(mu))
    else
        exact <- model(x, order, seasonal, coefficient, FALSE, kappa = 1e10)
    array(paste0("arima_", name, "_value"), c(exact$loglik, exact$sigma2, exact$nobs))
    array(paste0("arima_", name, "_errors"), exact$residuals)
    if (differenced) { # a drift is a line that is taken off first
        line <- if (is.null(mu)) 0 * x else mu * seq_along(x) / if (seasonal[2] > 0) season else 1
        step <- if (is.null(mu)) 0 else mu / if (seasonal[2] > 0) season else 1
        fit <- model(x - line, order, seasonal, coefficient, FALSE, kappa = if (whole) 1e9 else 1e10)
        p <- predict(fit, n.ahead = 15)
        p$pred <- p$pred + line[length(line)] + step * 1:15
        p$se <- p$se * sqrt(exact$sigma2 / fit$sigma2)
    } else {
        p <- predict(exact, n.ahead = 15)
    }
    array(paste0("arima_", name, "_mean"), p$pred)
    array(paste0("arima_", name, "_sd"), p$se)
}

show("lake_202", LakeHuron, c(2, 0, 2), c(0, 0, 0), c(0.7, 0.1, 0.4, -0.2), 579)
show("lake_300", LakeHuron, c(3, 0, 0), c(0, 0, 0), c(1.1, -0.4, 0.2), 578.5)
show("lake_112", LakeHuron, c(1, 1, 2), c(0, 0, 0), c(0.5, -0.3, -0.4), -0.03)
show("lake_021", LakeHuron, c(0, 2, 1), c(0, 0, 0), c(-0.7))
show("airline", air, c(0, 1, 1), c(0, 1, 1), c(-0.4, -0.55))
show("air_seasonal", air, c(2, 0, 1), c(1, 1, 1), c(0.9, -0.1, -0.3, 0.2, -0.6), 0.11)
show("air_level", air, c(1, 0, 1), c(2, 0, 1), c(0.95, -0.3, 0.4, 0.3, 0.2), 5.5)
show("presidents", presidents_from_1945, c(2, 0, 1), c(1, 0, 0), c(0.5, 0.3, 0.2, 0.15), 57)
show("holes", holes, c(0, 1, 1), c(0, 1, 1), c(-0.4, -0.55))
show("starts", starts, c(1, 1, 0), c(0, 1, 1), c(-0.3, -0.55))
