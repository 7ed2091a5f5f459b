import sys

from app import wsgi
from cheroot.wsgi import Server

Server((sys.argv[1], int(sys.argv[2])), wsgi).start()
