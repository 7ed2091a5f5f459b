module defects

go 1.19
