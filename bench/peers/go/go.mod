module bookstore/peer

go 1.19
