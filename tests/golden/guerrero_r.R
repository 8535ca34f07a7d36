# Golden values of tests/series/test_transform.c: Guerrero's lambda by R's forecast package.
# Rscript guerrero_r.R
suppressMessages(library(forecast))
x <- function(n) { t <- seq_len(n) - 1; (20 + 0.5 * t) * (1 + 0.2 * sin(2 * pi * t / 12) + 0.05 * cos(1.7 * t)) }
y <- function(n) { t <- seq_len(n) - 1; (5 + 0.1 * t + sqrt(5 + 0.1 * t) * sin(2 * pi * t / 7))^1 }
z <- function(n) { t <- seq_len(n) - 1; (3 + 0.02 * t + 0.4 * sin(t * t))^2 }
show <- function(v, m) cat(sprintf("%.10f\n", BoxCox.lambda(ts(v, frequency = m), method = "guerrero", lower = 0, upper = 1)))
show(x(144), 12)
show(y(200), 7)
show(z(151), 1)
show(z(151), 10)
for (l in c(-0.5, 0, 0.3, 1.5)) cat(sprintf("%.12f %.12f\n", BoxCox(7.3, l), InvBoxCox(0.4, l)))
cat(sprintf("%.12f %.12f\n", InvBoxCox(1.2, 0.3, biasadj = TRUE, fvar = 0.25), InvBoxCox(1.2, 0, biasadj = TRUE, fvar = 0.25)))
