# Reference autoregressions for tests/forecast/test_ar.c, by R's ar.burg and lm.
#
#     Rscript tests/golden/ar.R > tests/golden/ar.h      (R 4.2)
values <- function(x) paste(sprintf("%.17g", x), collapse = ", ")
array <- function(name, x) cat("static const double ", name, "[] = {", values(as.numeric(x)), "};\n", sep = "")
cat("/* Made by ar.R; do not edit. */\n")
y <- as.numeric(LakeHuron)
n <- length(y)
array("ar_y", y)
# forecasts and their standard deviations, with the variance corrected for what was estimated
show <- function(name, phi, level, variance) {
    p <- length(phi)
    z <- y - level
    for (h in 1:12) z <- c(z, sum(phi * rev(z)[1:p]))
    psi <- c(1, ARMAtoMA(ar = phi, lag.max = 11))
    array(paste0("ar_", name, "_mean"), tail(z, 12) + level)
    array(paste0("ar_", name, "_sd"), sqrt(variance * cumsum(psi^2)))
}
for (p in c(1, 4)) {
    fit <- ar.burg(y, aic = FALSE, order.max = p)
    show(paste0("burg", p), as.numeric(fit$ar), fit$x.mean, fit$var.pred * n / (n - p - 1))
    rows <- embed(y, p + 1)
    fit <- lm(rows[, 1] ~ rows[, -1])
    phi <- as.numeric(coef(fit)[-1])
    show(paste0("ls", p), phi, coef(fit)[1] / (1 - sum(phi)), summary(fit)$sigma^2)
}
# the order with the least AICc
fit <- ar.burg(y, aic = FALSE, order.max = 19)
orders <- 0:19
variance <- sapply(orders, function(p) if (p == 0) mean((y - mean(y))^2) else ar.burg(y, aic = FALSE, order.max = p)$var.pred)
k <- orders + 2
cat("enum { AR_BURG_ORDER =", which.min(n * log(variance) + 2 * k + 2 * k * (k + 1) / (n - k - 1)) - 1, "};\n")
