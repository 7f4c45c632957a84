# Directories are walked: each inode once, links not followed, what is no ELF file skipped and counted.
mkdir -p tree/sub tree/secret
cp fixtures/tls-pie tree/one
ln tree/one tree/sub/same-inode
ln -s one tree/link
ln -s .. tree/sub/up
mkfifo tree/fifo
echo text >tree/text
head -c 60 fixtures/segref.so >tree/sub/broken
cp /proc/self/exe tree/amd64
nosegneg-check scan tree 2>err | sed 's/^[ 0-9]*  tree/tree/; s/: [0-9]* proven.*fatal under/: ... fatal under/'
status=${PIPESTATUS[0]}
sed 's/([0-9]* entries at offset [0-9]*)/(N entries at offset N)/' err
exit "$status"
