import sys

import bjoern
from app import wsgi

bjoern.run(wsgi, sys.argv[1], int(sys.argv[2]))
