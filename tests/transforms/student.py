"""Exercises as students write them, with a place for one mistake."""

import numpy as np

SOFTMAX = """
import numpy as np

def net(X, y, W1, b1, W2, b2, reg):
    N = X.shape[0]
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    data_loss = np.sum(-np.log(probs[range(N), y])) / N
    reg_loss = 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    loss = data_loss + reg_loss

    grads = {}
    dscores = probs
    dscores[range(N), y] -= 1
    dscores /= N
    grads['W2'] = np.dot(hidden.T, dscores) + reg * W2
    grads['b2'] = np.sum(dscores, axis=0)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden <= 0] = 0
    grads['W1'] = np.dot(X.T, dhidden)
    grads['b1'] = np.sum(dhidden, axis=0)
    grads['W1'] += reg * W1
    return loss, grads
"""

SVM = """
import numpy as np

def svm(W, X, y, reg):
    N = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(N), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N + reg * np.sum(W * W)

    binary = margins
    binary[margins > 0] = 1
    binary[np.arange(N), y] = -np.sum(binary, axis=1)
    dscores = binary / N
    dW = X.T.dot(dscores) + 2 * reg * W
    return loss, dW
"""

SVM_IN_LOOPS = """
import numpy as np

def svm(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes, num_train = W.shape[1], X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i].T
                dW[:, y[i]] -= X[i].T
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW
"""

SIGMOID = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def forward(x, y, W1, b1, W2, b2):
    a1 = x @ W1 + b1
    h1 = np.tanh(a1)
    a2 = h1 @ W2 + b2
    p = sigmoid(a2)
    loss = 0.5 * np.sum((p - y) ** 2)
    return loss, {'a1': a1, 'h1': h1, 'a2': a2, 'p': p}

def backward(stages, x, y, W2):
    a1, h1, a2, p = (stages[k] for k in ('a1', 'h1', 'a2', 'p'))
    dp = p - y
    da2 = dp * p * (1 - p)
    dW2 = h1.T @ da2
    db2 = da2.sum(axis=0)
    dh1 = da2 @ W2.T
    da1 = dh1 * (1 - h1 ** 2)
    dW1 = x.T @ da1
    db1 = da1.sum(axis=0)
    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}
"""

CLASS = """
import numpy as np

class TwoLayerNet:
    def __init__(self, params):
        self.params = params

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape
        z1 = X @ W1 + b1
        h1 = np.maximum(z1, 0)
        scores = h1 @ W2 + b2
        if y is None:
            return scores
        shift = scores - scores.max(axis=1, keepdims=True)
        log_probs = shift - np.log(np.exp(shift).sum(axis=1, keepdims=True))
        loss = -log_probs[np.arange(N), y].mean()
        loss += reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

        dscores = np.exp(log_probs)
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dW2 = h1.T @ dscores + 2 * reg * W2
        db2 = dscores.sum(axis=0)
        dh1 = dscores @ W2.T
        dz1 = dh1 * (z1 > 0)
        dW1 = X.T @ dz1 + 2 * reg * W1
        db1 = dz1.sum(axis=0)
        self.cache = h1
        return loss, {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
"""

AFFINE = """
import numpy as np

def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db
"""

CIRCUIT = """
def circuit(x, y, z):
    q = x + y
    f = q * z
    df = 1.0
    dq = z * df
    dz = q * df
    dx = 1.0 * dq
    dy = 1.0 * dq
    return f, {'x': dx, 'y': dy, 'z': dz}
"""

TIES = """
import numpy as np

def net(x, W1, W2):
    a = x @ W1
    h = np.maximum(0, a)
    s = h @ W2
    loss = np.sum(s * s)
    ds = 2 * s
    dW2 = h.T @ ds
    dh = ds @ W2.T
    da = dh * (a > 0)
    dW1 = x.T @ da
    return loss, {'W1': dW1, 'W2': dW2}
"""


class Desk:
    """Writes an exercise to a file, with or without a mistake, and runs it."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def __call__(self, source, old="", new=""):
        """Return the names that the exercise defines."""
        assert old in source
        self.count += 1
        path = self.folder / f"exercise_{self.count}.py"
        path.write_text(source.replace(old, new), encoding="utf-8")
        names = {}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
        return names


def numbers(seed=0):
    """Draw data and parameters: 5 examples, 4 inputs, 6 hidden units, 3 classes."""
    rng = np.random.default_rng(seed)
    return {
        "X": rng.normal(size=(5, 4)),
        "y": np.array([0, 2, 1, 1, 0]),
        "W1": rng.normal(size=(4, 6)),
        "b1": rng.normal(size=6),
        "W2": rng.normal(size=(6, 3)),
        "b2": rng.normal(size=3),
        "reg": 0.1,
    }


def sigmoid_numbers():
    """Draw the same for the net of two functions, with targets in place of labels."""
    given = numbers()
    rest = {name: given[name] for name in ("W1", "b1", "W2", "b2")}
    return {"x": given["X"], "y": np.sin(np.arange(15.0)).reshape(5, 3), **rest}
