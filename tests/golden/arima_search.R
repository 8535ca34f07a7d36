# What R makes of series whose orders are not given, for tests/forecast/test_arima_search.c: KPSS statistics, seasonal strength,
# differences, and the AICc of auto.arima.
#
#     Rscript tests/golden/arima_search.R > tests/golden/arima_search.h      (R 4.2, forecast 8.20, urca 1.3)
suppressMessages(library(forecast))
values <- function(x) paste(sprintf("%.17g", x), collapse = ", ")
cat("/* Made by arima_search.R; do not edit. */\n")
cat("struct golden_search {\n    const double *y;\n    size_t n, season, lags;\n",
    "    double kpss, strength, aicc;\n    size_t d, D;\n};\n", sep = "")
series <- list(lake = LakeHuron, www = WWWusage, lynx = log(lynx), air = log(AirPassengers), nottem = window(nottem, end = c(1929, 12)),
               gas = UKgas, deaths = USAccDeaths)
rows <- ""
for (name in names(series)) {
    x <- series[[name]]
    n <- length(x)
    m <- frequency(x)
    cat("static const double search_", name, "[] = {", values(as.numeric(x)), "};\n", sep = "")
    lags <- trunc(3 * sqrt(n) / 13)
    kpss <- urca::ur.kpss(x, type = "mu", use.lag = lags)@teststat
    strength <- 0
    if (m > 1) {
        part <- mstl(x)
        rest <- part[, "Remainder"]
        strength <- max(0, 1 - var(rest) / var(rest + part[, paste0("Seasonal", m)]))
    }
    fit <- auto.arima(x)
    # the likelihood of the differences: R's own has a large but finite variance for the first values
    a <- fit$arma
    z <- x
    if (a[7] > 0) z <- diff(z, lag = m, differences = a[7])
    if (a[6] > 0) z <- diff(z, differences = a[6])
    coefficient <- fit$coef
    if ("drift" %in% names(coefficient) && a[7] > 0) coefficient["drift"] <- coefficient["drift"] * m
    exact <- arima(z, order = c(a[1], 0, a[2]), seasonal = list(order = c(a[3], 0, a[4]), period = a[5]), method = "ML",
                   include.mean = length(coefficient) > sum(a[1:4]), fixed = coefficient, transform.pars = FALSE)
    k <- length(coefficient) + 1
    aicc <- -2 * exact$loglik + 2 * k + 2 * k * (k + 1) / (length(z) - k - 1)
    rows <- paste0(rows, "    {search_", name, ", ", n, ", ", m, ", ", lags, ", ", values(kpss), ", ", values(strength), ", ",
                   values(aicc), ", ", a[6], ", ", a[7], "},\n")
}
cat("static const struct golden_search golden_searches[] = {\n", rows, "};\n", sep = "")
