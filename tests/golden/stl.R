# Reference decompositions for tests/forecast/test_stl.c, by R's own stl.
#
#     Rscript tests/golden/stl.R > tests/golden/stl.h      (R 4.2)
values <- function(x) paste(sprintf("%.17g", x), collapse = ", ")
cat("/* Made by stl.R; do not edit. */\n")
cat("static const double stl_y[] = {", values(as.numeric(log(AirPassengers))), "};\n")
y <- as.numeric(log(AirPassengers))
y[c(40, 41, 90)] <- y[c(40, 41, 90)] + c(1, -0.7, 0.4)
cat("static const double stl_outliers[] = {", values(y), "};\n")
show <- function(name, fit) {
    cat("static const double stl_", name, "_seasonal[] = {", values(fit$time.series[, "seasonal"]), "};\n", sep = "")
    cat("static const double stl_", name, "_trend[] = {", values(fit$time.series[, "trend"]), "};\n", sep = "")
}
y12 <- log(AirPassengers)
o12 <- ts(y, frequency = 12)
show("periodic", stl(y12, s.window = "periodic"))
show("window11", stl(y12, s.window = 11))
show("degree1", stl(y12, s.window = 7, s.degree = 1, t.window = 25, l.window = 15))
show("short", stl(ts(y[1:50], frequency = 24), s.window = 11))
show("robust", stl(o12, s.window = 7, inner = 1, outer = 15))
